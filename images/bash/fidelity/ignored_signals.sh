grep -E '^(Sig(Ign|Blk|Cgt)|Umask|NoNewPrivs|CapEff|Uid)' /proc/self/status
bash -c 'trap "echo pipe is not ignored" PIPE; kill -PIPE $$'
