set -u
echo "${unset_with_default:-default}" "$#" "${#}"
echo "$no_such_variable"
echo never
