exec 3>&1
(for i in {1..20000}; do echo "$i"; done; echo never >&3) | head -n 1
echo "${PIPESTATUS[@]}"
