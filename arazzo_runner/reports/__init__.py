"""Reports: observers of the events of a run. They see what redaction lets through, and cannot influence a run."""
