. ./lib.sh one two
echo "$? $# $x ${BASH_SOURCE[0]}"
source lib.sh
. no-such-file.sh
echo "goes on $?"
f
echo end
