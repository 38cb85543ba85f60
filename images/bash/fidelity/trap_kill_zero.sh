trap 'trap - TERM; kill 0' EXIT
sleep 1000 &
echo main
