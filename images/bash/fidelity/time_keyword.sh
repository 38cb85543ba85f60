TIMEFORMAT='%R' ; { time :; } 2>t; grep -c '^0\.' t
times >/dev/null; echo $?
SECONDS=5; echo $SECONDS
[ "$EPOCHSECONDS" -gt 1600000000 ] && echo epoch
date +%s%N | wc -c
