no-such-command-anywhere; echo $?
touch plain; ./plain; echo $?
/workspace; echo $?
./missing; echo $?
(exit 300); echo $?
(exit -1); echo $?
(exit abc); echo $?
f() { return 256; }; f; echo $?
printf 'not a program' >script; chmod +x script; ./script; echo $?
printf '#!/no/interpreter\n' >script; ./script; echo $?
kill -0 999999; echo $?
true 5; echo $?
exit 1000
