# stdin: b 2\na 1\nc 3\n
sort | awk '{s += $2; print $1} END {print s; exit 3}'; echo "${PIPESTATUS[@]}"
echo '{"a": [1, 2]}' | python3 -c 'import json, sys; print(json.load(sys.stdin)["a"])'
node -e 'console.log(process.argv.length)' x
find . -name 'm*' -printf '%p %y\n'; xargs -n 1 echo <<<"x y"
grep -n args main.sh; echo $?
sed 's/x/y/' no-file; tar cf - main.sh | tar tf -
bc <<<'1+1' 2>/dev/null || expr 1 + 1
git --version >/dev/null 2>&1; [ $? -ne 126 ] && echo fine
