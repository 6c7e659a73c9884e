module nanofleet/lib/job

go 1.25
