module nanofleet/hello

go 1.25
