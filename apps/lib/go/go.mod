module nanofleet/lib/go

go 1.25
