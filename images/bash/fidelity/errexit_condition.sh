set -e
f() { false; echo "goes on in a condition"; }
if f; then echo yes; fi
x=$(false) || echo "assignment failed $?"
local_hides() { local y=$(false); echo "hidden"; }
local_hides
(exit 3)
echo never
