diff <(printf 'a\nb\n') <(printf 'a\nc\n')
echo $?
while read -r line; do last=$line; done < <(printf '1\n2\n')
echo "last $last"
echo into | tee >(tr a-z A-Z >upper) >/dev/null
while [ ! -s upper ]; do sleep 0.01; done
cat upper
[[ <(:) == /dev/fd/* ]] && echo "a descriptor"
