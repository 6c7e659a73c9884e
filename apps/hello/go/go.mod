module nanofleet/hello

go 1.25

require nanofleet/lib/go v0.0.0

replace nanofleet/lib/go => ../../lib/go
