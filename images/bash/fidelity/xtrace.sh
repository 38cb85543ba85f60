set -x
a=1
echo "quoted words" $a 'sin gle'
for i in 1 2; do [ $i = 2 ] && echo "$i"; done
(echo sub)
PS4='+$LINENO '
x=$(echo in substitution)
set +x
exec 5>trace; BASH_XTRACEFD=5; set -x; echo into the file; set +x
cat trace
