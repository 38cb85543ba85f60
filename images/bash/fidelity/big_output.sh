seq 1 100000
head -c 300000 /dev/zero | tr '\0' e >&2
