printf '\x00\xff\xfe\n'
printf '%b' '\0101\n'
printf '%q %s %d %05.2f %x\n' 'a b' s 42 3.14159 255
printf '%d\n' abc
printf '%s-%s\n' a b c
printf '%(%Y)T\n' 0
echo -e 'tab\there\c'
echo
printf $'\xe9\n'; printf '%s\n' $'\u20ac'
printf 'no newline'
