false | true
echo $?
set -o pipefail
false | true
echo $?
(exit 3) | (exit 4) | true
echo $? "${PIPESTATUS[@]}"
set -e
exit_two() { return 2; }
exit_two | cat
echo never
