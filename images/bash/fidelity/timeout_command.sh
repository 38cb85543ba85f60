# process ids: any
timeout 0.05 sleep 10; echo $?
timeout -s KILL 0.05 sleep 10; echo $?
timeout 5 true; echo $?
timeout 1 bash -c 'trap "trap : TERM; echo child got TERM; exit 3" TERM; sleep 10 & wait'; echo $?
timeout 1 no-such-command; echo $?
