// env: TZ=America/New_York
console.log(new Date(0).toString(), new Date(0).toLocaleString("de-DE"), Intl.DateTimeFormat().resolvedOptions());
console.log((1234567.891).toLocaleString(), (1234.5).toLocaleString("de-DE", { style: "currency", currency: "EUR" }), ["b", "ä", "a", "Z"].sort(Intl.Collator("de").compare));
console.log(new Intl.PluralRules("en").select(1), new Intl.ListFormat("en").format(["a", "b", "c"]), "İ".toLowerCase().length);
process.env.TZ = "Asia/Tokyo";
console.log(new Date(0).getHours());
