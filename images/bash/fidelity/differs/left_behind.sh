# waits for: end of output
# native: end
# native: said later
# plain: end
# cell: end
(sleep 1; echo "said later") &
echo end
