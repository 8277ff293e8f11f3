"""What a brief may come to: many simulated campaigns, decided by the rules that decide the real ones."""
