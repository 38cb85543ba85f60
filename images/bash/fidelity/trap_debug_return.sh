trap 'echo "debug: $BASH_COMMAND"' DEBUG
f() { echo in f; }
set -T
trap 'echo "return"' RETURN
f
trap - DEBUG RETURN
echo end
