"""dbt: the project as it is read, its build in process, the history, and what is generated from it."""
