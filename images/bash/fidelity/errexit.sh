set -euo pipefail
echo before
if false; then :; fi
false || echo "or is fine"
! true
f() { false; echo "never in f"; }
f
echo never
