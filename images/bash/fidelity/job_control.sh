# process ids: any
echo $- "[$(set -o | grep monitor)]" $SHELLOPTS $BASHOPTS
sleep 100 &
fg
bg %1
jobs
suspend
kill %1
wait
echo $?
