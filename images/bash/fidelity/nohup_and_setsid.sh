nohup sleep 1000 >/dev/null 2>&1 &
setsid sleep 1000 >/dev/null 2>&1 &
(setsid bash -c 'exec -a left-behind sleep 1000' >/dev/null 2>&1 &)
disown -a
nohup echo "under nohup"
echo end
