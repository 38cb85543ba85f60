name=world
cat <<EOF
hello $name $(echo sub) \$name
EOF
cat <<'EOF'
hello $name $(echo sub)
EOF
cat <<-EOF
	tabs are removed
EOF
cat <<<"here string $name"
cat <<A - <<B
first
A
second
B
wc -c <<EOF
$(head -c 100000 /dev/zero | tr '\0' x)
EOF
