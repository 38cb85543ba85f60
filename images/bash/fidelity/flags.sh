# interpreter flags: -eu -o pipefail
# args: -x
echo "$- $0 $*"
false | true
echo never
