[ a b ]; echo $?
[ -z ]; echo $?
[ = x ]; echo $?
[ ; echo $?
[[ a =~ ( ]]; echo $?
test -e main.sh -a -x main.sh; echo $?
