exec 3>out 4<main.sh
echo to three >&3
read -r first <&4
echo "$first"
exec 3>&- 4<&-
cat out
{ echo both; echo err >&2; } >both 2>&1; cat both
exec 5<>rw; echo rw >&5; cat rw
echo bad >&77
exec {named}>named; echo n >&$named; cat named; [ "$named" -ge 10 ] && echo "ten or more"
set -C; echo x >out; echo $?; echo x >|out; cat out
cat </no/such/file; echo $?
ls /proc/self/fd | head -n 3
exec 2>&1; echo "stderr is stdout now" >&2
