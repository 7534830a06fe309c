"""The JDBC driver, which Metabase uses, opens the clean file through its symlink.

Runs where `java` is there and ZLV_JDBC_JAR names DuckDB's driver of the 1.5 line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from bases import base, publish, write_warehouse

JAR = os.environ.get("ZLV_JDBC_JAR", "")
JAVA = shutil.which("java")
READER = """
import java.sql.*;
import java.util.*;

class Reader {
    static List<String> read(Connection connection, String query) throws SQLException {
        List<String> found = new ArrayList<>();
        try (ResultSet rows = connection.createStatement().executeQuery(query)) {
            while (rows.next()) found.add(rows.getString(1));
        }
        return found;
    }

    public static void main(String[] arguments) throws Exception {
        Properties options = new Properties();
        options.setProperty("duckdb.read_only", "true");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + arguments[0], options)) {
            System.out.println(read(connection,
            "SELECT DISTINCT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY 1"));
            System.out.println(read(connection,
            "SELECT mark || ' ' || day || ' ' || count(*) FROM cities_zonage_2024 GROUP BY mark, day"));
            System.out.println(read(connection,
            "SELECT DISTINCT comment FROM duckdb_columns() WHERE comment IS NOT NULL"));
        }
    }
}
"""

if JAR and JAVA:

    def test_the_jdbc_driver_reads_the_public_tables(tmp_path: Path) -> None:
        settings = base(tmp_path)
        write_warehouse(settings, 3, rows=10)
        publish(settings, "daily-1")
        source = tmp_path / "Reader.java"
        source.write_text(READER)
        command = [JAVA, "-cp", JAR, str(source), str(settings.clean_file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        tables, rows, comments = done.stdout.splitlines()
        assert tables == "[main._zlv, main.cities_zonage_2024, main.marts_production_housing]"
        assert rows == "[3 2024-02-29 10]" and comments == "[Code de l'Insee]"
