# waits for: end of output
# native: end
# native: said later
# plain: end
# cell: end
(sleep 0.3; echo "said later") &
echo end
