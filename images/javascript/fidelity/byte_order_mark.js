console.log("with a BOM");
null.x;
