# process ids: any
ulimit -n 10; ulimit -n
exec 9</dev/null && echo nine
exec 10</dev/null
echo $?
ulimit -f 1; head -c 5000 /dev/zero >big; echo $?
ulimit -v 20000; bash -c 'x=$(head -c 50000000 /dev/zero | tr "\0" x); echo ${#x}' 2>/dev/null; echo $?
ulimit -n 20
echo $?
