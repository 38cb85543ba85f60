# What Debian's Python adds to Node's image; this one needs the network. The polyglot image starts from it.
ARG BASE=node:18-slim
FROM ${BASE}
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 \
    && apt-get clean && rm -rf /var/lib/apt/lists/*
ENV LANG=C.UTF-8
