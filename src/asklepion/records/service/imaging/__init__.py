"""What keeping and showing DICOM objects is made of: files, studies, and whose they are."""
