"""The supervisors' page: what is open, the most pressing first, and what a person does about it."""
