for f in a.b c; do case $f in *.b) echo dot ;;& a*) echo a ;& z) echo fell ;; *) echo other ;; esac; done
for ((i = 0; i < 3; i++)); do ((i == 1)) && continue; echo $i; done
until [ "${n:-0}" -ge 2 ]; do n=$((n + 1)); done; echo $n
for x in {a..c}{1..2}; do printf '%s ' $x; done; echo
break
echo "outside $?"
