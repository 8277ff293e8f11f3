"""The embedded installation: everything Groundswell needs beside itself, on one machine, from wheels."""
