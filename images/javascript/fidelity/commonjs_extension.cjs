console.log(__filename, typeof require, require.main.filename);
