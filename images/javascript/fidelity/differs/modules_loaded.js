// native: false
// cell: true
// cold cell: false
console.log(process.moduleLoadList.includes("NativeModule net"));
