module nanofleet/hello

go 1.25

require nanofleet/lib/job v0.0.0

replace nanofleet/lib/job => ../../lib/job
