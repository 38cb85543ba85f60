# stdin: given\n
cat /dev/stdin
echo out >/dev/stdout
echo err >/dev/stderr
echo three 3>&1 >/dev/fd/3
echo x | cat /dev/fd/0
[ -t 0 ] || echo "no terminal"
tty; echo $?
: </dev/tty; echo $?
ls -l /dev/fd | sed 's/.*-> //'
ls -d /dev/{fd,full,null,ptmx,pts,random,shm,stderr,stdin,stdout,tty,urandom,zero}
