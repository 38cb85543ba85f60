trap 'echo never' EXIT
pid=$$
exec bash -c 'echo "same pid: $([ $$ = "$1" ] && echo yes)"; exit 7' _ $pid
