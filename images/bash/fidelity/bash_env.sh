# env: BASH_ENV=/workspace/main.sh STOP=
[ -n "$STOP" ] && { echo "read again"; return 2>/dev/null || exit 0; }
STOP=1
echo "$0 $BASH_ENV"
STOP=1 bash -c 'echo child'
