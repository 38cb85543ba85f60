echo before
cat <<EOF
never closed
