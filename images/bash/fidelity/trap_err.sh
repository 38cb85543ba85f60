trap 'echo "ERR at line $LINENO: $BASH_COMMAND, status $?"' ERR
set -E
f() {
  false
}
f
ls /no-such-directory
echo end
