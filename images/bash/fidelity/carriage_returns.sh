echo carriage
if true; then
  echo x
fi
