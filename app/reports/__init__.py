"""What counties owe: tables and forms counted from people as they stood on a day. Pure; app/sheets draws them."""
