yes | head -n 1
echo "${PIPESTATUS[@]}"
seq 100000 | (read -r x; echo "$x")
echo "${PIPESTATUS[@]}"
trap '' PIPE
bash -c 'for i in {1..20000}; do echo $i; done' 2>errors | head -n 1
sort -u errors | sed 's/line [0-9]*/line N/'
