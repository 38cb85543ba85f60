x=${x:-0}1
echo "sourced as $0 with $# arguments: $*; ${BASH_SOURCE[*]}"
f() { echo "${BASH_SOURCE[0]}: line $LINENO"; no-such-command; }
return 5
